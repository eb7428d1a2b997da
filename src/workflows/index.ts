export { fulfilPurchase } from './fulfil-purchase.js';
export { restartStranded } from './restart-stranded.js';
