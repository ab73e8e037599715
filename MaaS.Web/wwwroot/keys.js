// Shortcuts and the pages visited lately. Which keys there are the portal says; here they are heard, unless somebody types.
(() => {
  const most = 8;
  const patience = 1500;
  let keys = new Set();
  let listener, who, before, forget;

  const typing = target => target instanceof Element && (target.isContentEditable || target.closest('input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [role=combobox], [role=textbox]'));
  const singleKeys = () => localStorage.getItem('single-keys') !== 'off';
  const press = (event, pressed) => {
    event.preventDefault();
    before = undefined;
    listener?.invokeMethodAsync('Pressed', pressed);
  };

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      const pressed = `mod+${event.key.toLowerCase()}`;
      if (!event.shiftKey && keys.has(pressed)) press(event, pressed);
      return;
    }
    if (['Shift', 'CapsLock'].includes(event.key) || !singleKeys() || typing(event.target) || document.querySelector('.mud-dialog, .mud-popover-open')) return;
    clearTimeout(forget);
    const pressed = before ? `${before} ${event.key}` : event.key;
    if (keys.has(pressed)) return press(event, pressed);
    before = [...keys].some(one => one.startsWith(`${event.key} `)) ? event.key : undefined;
    forget = setTimeout(() => { before = undefined; }, patience);
  });

  const visits = () => { try { return JSON.parse(localStorage.getItem(`visits ${who}`)) ?? []; } catch { return []; } };
  const visit = () => {
    const title = document.title.replace(/ · MaaS$/, '');
    const href = location.pathname + location.search;
    if (!who || href === '/' || !document.title.endsWith(' · MaaS')) return;
    localStorage.setItem(`visits ${who}`, JSON.stringify([{ href, title }, ...visits().filter(one => one.href !== href)].slice(0, most + 1)));
  };
  new MutationObserver(visit).observe(document.head, { childList: true, subtree: true, characterData: true });

  Object.assign(window.maas, {
    // For whom: what one person visited in one team is nobody else's.
    listen: (portal, table, person) => { [listener, keys, who] = [portal, new Set(table), person]; visit(); },
    visits: () => visits().filter(one => one.href !== location.pathname + location.search).slice(0, most),
    singleKeys,
    useSingleKeys: on => localStorage.setItem('single-keys', on ? 'on' : 'off'),
    reveal: id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }),
    focusSearch: () => document.querySelector('main input[type=search], main [data-search]')?.focus(),
  });
})();
