// Drawing with mouse, pen and finger.

const PALM = 10_000; // milliseconds after a pen in which touches are the palm

/**
 * Turn pointer events into strokes with `tool()`. `on` is {start, move}; the drawing then gets the stroke.
 * One pointer draws at a time; a pen takes over from a touch, which is then the palm.
 */
export function followPointer(sheet, tool, on) {
	const { canvas } = sheet;
	let pointer = null, stroke = null, penAt = -Infinity;
	for (const name of ["pointerdown", "pointermove"]) {
		canvas.addEventListener(name, (event) => { if (event.pointerType === "pen") penAt = event.timeStamp; });
	}

	const point = (event) => {
		const at = sheet.locate(event.clientX, event.clientY);
		// A mouse always reports 0.5, a finger mostly; only a pen's pressure is real.
		return event.pointerType === "pen" && event.pressure ? [...at, event.pressure] : at;
	};
	canvas.addEventListener("pointerdown", (event) => {
		const turned = event.button === 5; // a pen's eraser end
		if (event.button && !turned) return;
		if (event.pointerType === "touch" && event.timeStamp - penAt < PALM) return;
		if (pointer && (event.pointerType !== "pen" || pointer.pointerType === "pen")) return;
		on.start();
		pointer = event;
		try { canvas.setPointerCapture(event.pointerId); } catch { /* lifted already */ }
		stroke = { points: [point(event)], ...tool() };
		stroke.erase ||= turned;
		sheet.live = [stroke];
		on.move();
	});
	canvas.addEventListener("pointermove", (event) => {
		if (event.pointerId !== pointer?.pointerId) return;
		const events = event.getCoalescedEvents?.() ?? [];
		for (const each of events.length ? events : [event]) {
			const next = point(each), last = stroke.points.at(-1);
			// Moves under 0.3 pixels are noise, which bends the smooth line.
			if (Math.hypot(next[0] - last[0], next[1] - last[1]) * sheet.unit > 0.3) stroke.points.push(next);
		}
		sheet.live = [stroke];
		on.move();
	});
	const finish = (event) => {
		if (event.pointerId !== pointer?.pointerId) return;
		pointer = null;
		sheet.live = [];
		sheet.drawing.add(stroke);
	};
	canvas.addEventListener("pointerup", finish);
	canvas.addEventListener("pointercancel", finish);
}
