/** Owns the markup of the wallboard; no behaviour, no words (see strings.js). */

const template = (html) => Object.assign(document.createElement("template"), { innerHTML: html });
const maker = (html) => {
  const made = template(html.trim());
  return () => made.content.firstElementChild.cloneNode(true);
};

const figure = (name) => `<div><dt data-text="${name}"></dt><dd data-fact="${name}"></dd></div>`;
const cells = (...names) => names.map((name) => `<td data-fact="${name}"></td>`).join("");
const heads = (...keys) => keys.map((key) => `<th scope="col" data-text="${key}"></th>`).join("");

export const TEMPLATE = template(`
<section aria-labelledby="queues-title">
  <h2 id="queues-title" data-text="queues"></h2>
  <ul part="queues" class="queues" data-testid="queues"></ul>
</section>
<section>
  <h2 id="agents-title" data-text="agents"></h2>
  <div class="scroll" tabindex="0" role="region" aria-labelledby="agents-title">
    <table><thead><tr>${heads("agent", "presence", "since", "doing")}</tr></thead>
      <tbody part="agents" data-testid="agents"></tbody></table>
  </div>
  <p part="no-agents" class="hint" data-text="no_agents" hidden></p>
</section>
<section>
  <h2 id="calls-title" data-text="calls"></h2>
  <div class="scroll" tabindex="0" role="region" aria-labelledby="calls-title">
    <table><thead><tr>${heads("customer", "queue", "agent", "phase", "began")}</tr></thead>
      <tbody part="calls" data-testid="calls"></tbody></table>
  </div>
  <p part="no-calls" class="hint" data-text="no_calls" hidden></p>
</section>`);

export const queueCard = maker(`
<li class="queue" part="queue">
  <h3 data-fact="queue"></h3>
  <dl class="now">
    <div><dt data-text="waiting"></dt><dd data-fact="waiting"></dd></div>
    <div><dt data-text="longest"></dt><dd data-fact="longest"></dd></div>
  </dl>
  <p class="staff" data-fact="staff"></p>
  <dl class="day">${["answered", "abandoned", "turned_away", "level", "mean"].map(figure).join("")}</dl>
</li>`);

export const agentRow = maker(`<tr class="agent"><th scope="row" data-fact="agent"></th>
  <td><span class="state" data-fact="presence"></span></td>${cells("since", "doing")}</tr>`);

export const callRow = maker(`<tr><th scope="row" data-fact="customer"></th>${cells("queue", "agent", "phase", "began")}</tr>`);
