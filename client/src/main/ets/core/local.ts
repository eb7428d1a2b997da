export { createLocalDelivery } from './local/create-local-delivery';
export type { LocalDeliveryOptions, LocalGoods } from './local/create-local-delivery';
export { verifyOnDevice } from './verifier/verify-on-device';
export type { DeviceVerifierOptions, Verification } from './verifier/verify-on-device';
export type { StoreEnvironment, VerifiedOrder } from './verifier/verified-order';
export type { EcdsaCheck, VerifierCrypto } from './verifier/verifier-crypto';
