// SPDX-License-Identifier: GPL-2.0
//
// flame.js - what a browser does with a flame graph: a click on a frame makes it as
// wide as the picture, "search" colours frames by name, "reset" brings all back.
// Goes into the SVG that flame.awk writes; needs nothing from elsewhere.

(function () {
	"use strict";
	var svg = document.documentElement;
	var width = Number(svg.getAttribute("data-width"));
	var frames = Array.prototype.slice.call(document.querySelectorAll(".frame"));
	var said = document.getElementById("said");
	var slack = 0.01; // of a pixel: coordinates are rounded

	function number(frame, name) {
		return Number(frame.getAttribute("data-" + name));
	}

	function name(frame) {
		return frame.getAttribute("data-n");
	}

	function say(text) {
		said.textContent = text;
	}

	function fitting(text, room) {
		var most = Math.floor((room - 4) / 6.6);

		if (most < 3)
			return "";
		return text.length <= most ? text : text.slice(0, most - 2) + "..";
	}

	// Puts a frame at x, so wide; null hides it.
	function place(frame, x, w) {
		var rect = frame.querySelector("rect");
		var text = frame.querySelector("text");

		frame.style.display = x === null ? "none" : "";
		if (x === null)
			return;
		rect.setAttribute("x", x);
		rect.setAttribute("width", w);
		text.setAttribute("x", x + 2);
		text.textContent = fitting(name(frame), w);
	}

	// Below the chosen frame all callers stay, in full width; above it what it
	// called grows with it; the rest is hidden.
	function zoom(chosen) {
		var cx = number(chosen, "x"), cw = number(chosen, "w");
		var depth = number(chosen, "d");

		frames.forEach(function (frame) {
			var x = number(frame, "x"), w = number(frame, "w");
			var below = number(frame, "d") < depth;

			frame.classList.toggle("above", below);
			if (below && x <= cx + slack && x + w >= cx + cw - slack)
				place(frame, 0, width);
			else if (!below && x >= cx - slack && x + w <= cx + cw + slack)
				place(frame, (x - cx) * width / cw, w * width / cw);
			else
				place(frame, null);
		});
		say(chosen.querySelector("title").textContent);
	}

	// A frame in a found one is not counted again: only the outermost are.
	function search(text) {
		var bytes = 0, ends = [];

		frames.forEach(function (frame) {
			var found = text !== "" && name(frame).indexOf(text) >= 0;
			var x = number(frame, "x"), w = number(frame, "w");

			frame.classList.toggle("found", found);
			if (!found || ends.some(function (e) {
				return x >= e[0] - slack && x + w <= e[1] + slack;
			}))
				return;
			ends.push([x, x + w]);
			bytes += number(frame, "b");
		});
		say(text === "" ? "" : text + ": " + bytes + " bytes, " +
			(100 * bytes / number(frames[0], "b")).toFixed(1) + "%");
	}

	if (!frames.length)
		return;
	frames.forEach(function (frame) {
		frame.addEventListener("click", function () { zoom(frame); });
	});
	document.getElementById("reset").addEventListener("click", function () {
		search("");
		zoom(frames[0]);
		say("");
	});
	document.getElementById("search").addEventListener("click", function () {
		search(window.prompt("frames with this in their name:") || "");
	});
})();
