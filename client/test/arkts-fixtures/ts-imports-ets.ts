// TS28017
import { mei } from './good/player';
export const name = mei.name;
