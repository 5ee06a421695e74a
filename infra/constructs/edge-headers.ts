import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  type ResponseHeadersPolicyProps,
  type ResponseSecurityHeadersBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import { Duration } from 'aws-cdk-lib/core';
import type { EdgeSettings } from '../settings/schema/edge.ts';
import type { Settings } from '../settings.ts';

const always = { override: true };

const everywhere: ResponseSecurityHeadersBehavior = {
  strictTransportSecurity: {
    accessControlMaxAge: Duration.days(730),
    includeSubdomains: true,
    preload: true,
    ...always,
  },
  contentTypeOptions: always,
  frameOptions: { frameOption: HeadersFrameOption.DENY, ...always },
  referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, ...always },
};

/** What a page may load, and whom it may talk to. Scripts are its own, in files. */
export const contentSecurityPolicy = (
  { domainNames, connectSources }: EdgeSettings,
  { tokenIssuers }: Pick<Settings, 'tokenIssuers'>,
): string => {
  const issuers = tokenIssuers.map(({ issuer }) => new URL(issuer).origin);
  // `'self'` has sockets in it, but for older Safari.
  const sockets = domainNames.map((name) => `wss://${name}`);
  return Object.entries({
    'default-src': ["'self'"],
    'connect-src': [...new Set(["'self'", ...sockets, ...issuers, ...connectSources])],
    'img-src': ["'self'", 'https:', 'data:', 'blob:'],
    'media-src': ["'self'", 'https:', 'blob:'],
    'style-src': ["'self'", "'unsafe-inline'"],
    'object-src': ["'none'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'", ...new Set(issuers)],
    'frame-ancestors': ["'none'"],
    'upgrade-insecure-requests': [],
  })
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ');
};

/** For the web client. */
export const pageHeaders = (edge: EdgeSettings, settings: Settings): ResponseHeadersPolicyProps => ({
  comment: `Parley ${settings.stage}: pages`,
  securityHeadersBehavior: {
    ...everywhere,
    contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(edge, settings), ...always },
  },
  customHeadersBehavior: {
    customHeaders: [
      { header: 'permissions-policy', value: 'camera=(self), microphone=(self), geolocation=()', ...always },
      { header: 'cross-origin-opener-policy', value: 'same-origin-allow-popups', ...always },
    ],
  },
});

/** For the HTTP API: what it answers is kept by nobody, unless it says so itself. */
export const apiHeaders = ({ stage }: Settings): ResponseHeadersPolicyProps => ({
  comment: `Parley ${stage}: HTTP API`,
  securityHeadersBehavior: everywhere,
  customHeadersBehavior: { customHeaders: [{ header: 'cache-control', value: 'no-store', override: false }] },
});
