/** Owns the markup of the settings dialog; no behaviour, no words (see ../strings.js). */

const choice = (name, button = "") => `
  <div class="field">
    <label for="${name}-choice" data-text="device_${name}"></label>
    <div class="row">
      <select id="${name}-choice" part="${name}-choice" data-testid="${name}-choice"></select>
      ${button && `<button type="button" part="test-${name}" data-testid="test-${name}" class="quiet" data-text="test_${name}"></button>`}
    </div>
  </div>`;

export const SETTINGS = `
<dialog part="settings" data-testid="settings" class="settings" aria-labelledby="settings-title">
  <h2 id="settings-title" data-text="settings"></h2>
  ${choice("microphone")}
  <div part="microphone-level" data-testid="microphone-level" class="meter" role="meter" data-label="microphone_level"
    aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"><span></span></div>
  ${choice("speaker", "test")}
  ${choice("bell", "test")}
  <p part="speakers-hint" class="hint" data-text="speakers_hint" hidden></p>
  <div class="row">
    <p class="hint" part="notifications-hint"></p>
    <button type="button" part="allow-notifications" data-testid="allow-notifications" class="quiet" data-text="allow"></button>
  </div>
  <div class="row">
    <p class="hint" data-text="line_hint"></p>
    <button type="button" part="test-line" data-testid="test-line" class="quiet" data-text="test_line"></button>
  </div>
  <ul part="line-findings" data-testid="line-findings" class="findings" role="status"></ul>
  <button type="button" part="close-settings" data-testid="close-settings" class="primary" data-text="done"></button>
</dialog>`;
