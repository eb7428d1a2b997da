/**
 * SHA-256 of the roots that purchases may be signed under, in lower-case hex: Huawei CBG Root CA G2 (2020 to 2049). A
 * list, so that a successor can be trusted beside it.
 */
export const HUAWEI_ROOT_FINGERPRINTS: readonly string[] = ['df21a3c09f7954579305f85c64f80cad86f79853ee3a887c1dec95d218df3a37'];
