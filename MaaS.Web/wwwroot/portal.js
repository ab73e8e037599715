// What every page asks of the browser: theme, time zone, clipboard, a protected form post, a healed connection.
(() => {
  const media = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => localStorage.getItem('theme') ?? 'system';
  const dark = () => chosen() === 'dark' || (chosen() === 'system' && media.matches);
  // Before the first paint, so that a dark page never flashes white.
  const apply = () => { document.documentElement.dataset.theme = dark() ? 'dark' : 'light'; };
  apply();
  media.addEventListener('change', apply);

  const antiforgery = () => document.querySelector('meta[name=antiforgery]').content;

  window.maas = {
    antiforgery,
    facts: listener => {
      media.addEventListener('change', () => { if (chosen() === 'system') listener.invokeMethodAsync('Follow', dark()); });
      return { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, theme: chosen(), dark: dark() };
    },
    chooseTheme: theme => {
      localStorage.setItem('theme', theme);
      apply();
      return dark();
    },
    copy: text => navigator.clipboard.writeText(text),
    scrollToEnd: element => { if (element) element.scrollTop = element.scrollHeight; },
    revealErrors: form => {
      const wrong = [...form.querySelectorAll('[aria-invalid=true]')];
      for (const field of wrong)
        for (let fold = field.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
      wrong[0]?.focus();
    },
    post: action => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action });
      const token = Object.assign(document.createElement('input'), { type: 'hidden', name: '__RequestVerificationToken', value: antiforgery() });
      form.append(token);
      document.body.append(form);
      form.submit();
    },
  };

  document.addEventListener('click', event => {
    if (event.target.closest('[data-reload]')) location.reload();
    // As an address it would lead home: a page's base is the portal's root.
    if (event.target.closest('[data-skip]')) {
      event.preventDefault();
      document.getElementById('content').focus();
    }
  });

  // Tabs by arrow keys, as every screen reader announces them; Tab goes on to what they show.
  document.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const list = step && event.target.role === 'tab' && event.target.closest('[role=tablist]');
    if (!list) return;
    const tabs = [...list.querySelectorAll('[role=tab]')];
    tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length].focus();
    event.preventDefault();
  });
  // A form without a circuit: of two clicks the second would take back what the first is about to do.
  document.addEventListener('submit', event => {
    if (!event.target.matches('[data-once]')) return;
    if (event.target.dataset.once) event.preventDefault();
    event.target.dataset.once = 'sent';
  });
  // Back from where it led, it can be sent anew.
  addEventListener('pageshow', event => { if (event.persisted) for (const form of document.querySelectorAll('[data-once]')) form.dataset.once = ''; });
  // A circuit the server no longer knows cannot be healed, only begun again.
  new MutationObserver(changes => {
    for (const { target } of changes)
      if (target.id === 'components-reconnect-modal' && target.classList.contains('components-reconnect-rejected')) location.reload();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
})();
