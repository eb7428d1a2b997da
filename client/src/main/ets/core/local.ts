export { createLocalDelivery } from './local/create-local-delivery';
export type { LocalDeliveryOptions, LocalGoods } from './local/create-local-delivery';
