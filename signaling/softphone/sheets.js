/** Owns loading style sheets for shadow trees, before an element is defined, so that it never shows without its looks. */

/** The sheets of these names, beside the module whose `import.meta.url` is `base`. */
export const load = (base, ...names) => Promise.all(names.map((name) => sheet(new URL(name, base))));

async function sheet(address) {
  const response = await fetch(address);
  return new CSSStyleSheet().replace(await response.text());
}
