// The keys of the grid of runs: only those it knows are taken from the browser, and none from a box or button that uses them itself.
export function listen(frame, grid, rowHeight) {
  frame.addEventListener('keydown', async event => {
    const { key, shiftKey, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!['ArrowDown', 'ArrowUp', ' ', 'a', 'Escape'].includes(key)) return;
    if (key === ' ' && target.matches('input, button')) return;
    event.preventDefault();
    const place = await grid.invokeMethodAsync('Press', key, shiftKey);
    if (place < 0 || !key.startsWith('Arrow')) return;
    const head = frame.querySelector('thead').offsetHeight;
    const top = place * rowHeight;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (top + rowHeight + head > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + rowHeight + head - frame.clientHeight;
  });
}
