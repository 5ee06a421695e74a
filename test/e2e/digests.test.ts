/** Digests by e-mail, and pushes to browsers. */
import { createServer } from 'node:http';
import { createDecipheriv, createECDH, hkdfSync, verify, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestKey } from '../../shared/data/keys.ts';
import {
  browserKeys,
  devicesOf,
  digestIsDue,
  mailsTo,
  pushesOf,
  putOffFor,
  registers,
  tellsOf,
} from '../support/notifications.ts';
import { listening } from '../support/listening.ts';
import type { Person } from '../support/person.ts';
import { createsDirect, createsGroup, posts } from '../support/room.ts';
import { storedIn } from '../support/stored.ts';
import { aWorld } from '../support/world.ts';
