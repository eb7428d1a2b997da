export { createPurchaseKit } from './create-purchase-kit';
export type { LocalDelivery, PurchaseKit, PurchaseKitOptions, Redelivered } from './create-purchase-kit';
export type { PurchaseOptions, PurchaseResult } from './purchase';
export type { Availability } from './available';
export { AUTORENEWABLE, CONSUMABLE, NONCONSUMABLE, NONRENEWABLE } from './iap';
export type { Iap, ProductType, PurchaseQueryType } from './iap';
export { BackendUnreachableError } from './ports';
export type {
  Backend,
  BackendAnswer,
  Clock,
  Delivered,
  Intent,
  Logger,
  ProductSetting,
  PurchaseEvents,
  Storage,
  Text,
  Undelivered,
} from './ports';
export { createHttpBackend } from './http-backend';
export type { HttpAnswer, HttpBackendOptions, HttpPort, HttpRequest } from './http-backend';
