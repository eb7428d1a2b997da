import { BlockList, isIPv6 } from 'node:net';

/** The IANA special-purpose registries: this host, private, link-local, carriers' own, documentation, multicast, reserved. */
const IPV4_SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Of IPv6 only 2000::/3 is public; within it these are not, or carry an IPv4 address that would have to be looked at. */
const IPV6_PUBLIC = '2000::/3';
const IPV6_SPECIAL = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const specialV4 = toBlockList(IPV4_SPECIAL, 'ipv4');
const publicV6 = toBlockList([IPV6_PUBLIC], 'ipv6');
const specialV6 = toBlockList(IPV6_SPECIAL, 'ipv6');

/** Whether an IP address is one of the public internet: where a certificate may make us connect to. */
export function isPublicAddress(address: string): boolean {
  return isIPv6(address) ? publicV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6') : !specialV4.check(address);
}

function toBlockList(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', prefix] = subnet.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
