/**
 * The page behind an invitation: takes the code from behind the `#` of the link, where no server and no log sees it, and from the address.
 */

function start(): void {
  const field = document.querySelector<HTMLInputElement>("input#code");
  const code = location.hash.slice(1);
  if (field === null || code === "") return;
  field.value = decodeURIComponent(code);
  history.replaceState(null, "", location.pathname + location.search);
}

start();
