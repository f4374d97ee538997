/** Owns the markup of the keypad; no behaviour, no words (see ../strings.js). */

/** In the order of a telephone. */
export const KEYS = [..."123456789*0#"];

export const KEYPAD = `
<div part="keypad" data-testid="keypad" class="keypad" role="region" data-label="keypad" hidden>
  <output part="keypad-pressed" data-testid="keypad-pressed" data-label="keypad_pressed"></output>
  <div part="keypad-keys" class="keys">
    ${KEYS.map((key) => `<button type="button" class="quiet" data-key="${key}">${key}</button>`).join("")}
  </div>
</div>`;
