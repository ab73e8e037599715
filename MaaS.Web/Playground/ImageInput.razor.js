// A canvas to draw on by mouse, pen or finger. It knows nothing of models: at the end of a stroke it says so, and gives a PNG when asked.
export function listen(canvas, page, lightOnDark) {
  clear(canvas, lightOnDark);
  let drawing = false;
  const at = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  canvas.addEventListener('pointerdown', event => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    const pen = canvas.getContext('2d');
    pen.beginPath();
    pen.moveTo(...at(event));
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener('pointermove', event => {
    if (!drawing) return;
    const pen = canvas.getContext('2d');
    pen.lineTo(...at(event));
    pen.stroke();
  });
  const end = () => {
    if (!drawing) return;
    drawing = false;
    page.invokeMethodAsync('Drawn');
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
}

export function clear(canvas, lightOnDark) {
  const pen = canvas.getContext('2d');
  pen.fillStyle = lightOnDark ? '#000' : '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  // A twelfth of the side is about the stroke of a handwritten digit.
  Object.assign(pen, { strokeStyle: lightOnDark ? '#fff' : '#000', lineWidth: canvas.width / 12, lineCap: 'round', lineJoin: 'round' });
}

// Halved until it is near: a browser that shrinks in one step skips pixels.
export async function png(canvas, side) {
  let from = canvas;
  for (let size = canvas.width; size > side;) {
    size = Math.max(side, Math.ceil(size / 2));
    from = scaled(from, size);
  }
  if (from.width !== side) from = scaled(from, side);
  const blob = await new Promise(done => from.toBlob(done, 'image/png'));
  return new Uint8Array(await blob.arrayBuffer());
}

function scaled(from, size) {
  const to = Object.assign(document.createElement('canvas'), { width: size, height: size });
  const pen = to.getContext('2d');
  Object.assign(pen, { imageSmoothingEnabled: true, imageSmoothingQuality: 'high' });
  pen.drawImage(from, 0, 0, size, size);
  return to;
}
