// Sends a chosen or dropped file to the portal as the request's body. XMLHttpRequest, because fetch has no upload progress.
const running = new WeakMap();

export function listen(drop, input, page) {
  const chosen = () => input.files.length && send(input.files[0], input, page);
  input.addEventListener('change', chosen);
  chosen(); // by somebody quicker than this script
  drop.addEventListener('dragover', event => { event.preventDefault(); drop.classList.add('upload-over'); });
  drop.addEventListener('dragleave', () => drop.classList.remove('upload-over'));
  drop.addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('upload-over');
    if (event.dataTransfer.files.length && !running.has(input)) send(event.dataTransfer.files[0], input, page);
  });
}

export const stop = input => running.get(input)?.abort();

async function send(file, input, page) {
  const request = new XMLHttpRequest();
  const failed = sentence => { page.invokeMethodAsync('Failed', sentence); };
  running.set(input, request);

  let told = 0;
  request.upload.onprogress = event => {
    // Five times a second is smooth, and a fast upload must not flood the circuit.
    if (Date.now() - told < 200 && event.loaded < event.total) return;
    told = Date.now();
    page.invokeMethodAsync('Progress', file.name, event.total ? event.loaded / event.total : 0);
  };
  request.onload = () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* a proxy's page, not ours */ }
    if (request.status === 201) page.invokeMethodAsync('Done', answer.dataset_id ?? answer.id);
    else failed(answer.detail ?? answer.title ?? 'refused');
  };
  request.onerror = () => failed('broken');
  request.onabort = () => failed('stopped');
  request.onloadend = () => { running.delete(input); input.value = ''; };

  request.open('POST', await page.invokeMethodAsync('Address', file.name));
  request.setRequestHeader('RequestVerificationToken', window.maas.antiforgery());
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  page.invokeMethodAsync('Progress', file.name, 0);
  request.send(file);
}
