import { html } from 'ghtml';
import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { HTTP_STATUS } from '../http-status.js';
import { ERROR_CODES, type ErrorCode } from '../../domain/error-codes.js';

export const openApi = defineRoute({
  summary: 'This API as OpenAPI 3.1',
  description: 'Made from the schemas that validate the calls.',
  answers: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
  errors: [],
  handle: (deps) => ({ status: 200, body: deps.openApi() }),
});

export const listErrors = defineRoute({
  summary: 'Every error code, as a page to read',
  description: 'What each code means, whether it is final, and what the caller does next: where the `type` of a problem leads.',
  answers: { 200: { description: 'One anchor a code.', schema: z.string(), contentType: 'text/html' } },
  errors: [],
  handle: () => ({ status: 200, body: renderErrors(), contentType: 'text/html; charset=utf-8' }),
});

function renderErrors(): string {
  const rows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const { final, next, en, zh } = ERROR_CODES[code];
    return html`<tr id="${code}">
      <td><code>${code}</code></td>
      <td>${HTTP_STATUS[code]}</td>
      <td>${final ? 'final' : 'not final'}</td>
      <td>${next}</td>
      <td>${en}<br />${zh}</td>
    </tr>`;
  });
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>dropless: error codes</title>
      <h1>Error codes</h1>
      <p>Decide by the code and by what to do next, never by the text. <a href="/docs/">All calls</a></p>
      <table cellpadding="6">
        <tr>
          <th>code</th>
          <th>status</th>
          <th>final</th>
          <th>next</th>
          <th>meaning</th>
        </tr>
        !${rows.join('\n')}
      </table>
    </html>`;
}
