import aws4 from 'aws4';
import { describe, expect, it } from 'vitest';
import { createSigner, type SignableRequest } from '../../../shared/runtime/signature.ts';

const place = { region: 'eu-central-1', service: 'execute-api' };
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'token/+=' };

const aPost = (given: Partial<SignableRequest> = {}): SignableRequest => ({
  host: 'abc123.execute-api.eu-central-1.amazonaws.com',
  method: 'POST',
  path: '/prod/@connections/L0SM9cOFvHcCJ_g%3D',
  body: '{"event":"message.new"}',
  headers: { 'content-type': 'application/json', 'X-Amz-Date': '20260131T235959Z' },
  ...given,
});

/** What aws4 itself makes of a request. */
const byLibrary = (request: SignableRequest, given = credentials) => aws4.sign({ ...request, ...place }, given).headers;

describe('the signature of a request', () => {
  it.each([
    ['get-vanilla', 'GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', 'POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])("is the one of AWS' own test suite: %s", (_, method, signature) => {
    const sign = createSigner({
      region: 'us-east-1',
      service: 'service',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    });

    const headers = sign({
      host: 'example.amazonaws.com',
      method,
      path: '/',
      body: '',
      headers: { 'X-Amz-Date': '20150830T123600Z' },
    });

    expect(headers.Authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        `SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });

  it('is what aws4 makes of it, whatever was signed before', () => {
    const sign = createSigner({ ...place, credentials });
    const requests = [
      aPost(),
      aPost({ path: '/prod/@connections/other%3D', body: '{"event":"é 👋"}' }),
      aPost({ method: 'DELETE', body: '' }),
      aPost({ headers: { 'X-Amz-Date': '20260201T000000Z' } }),
      aPost({ host: 'localhost:4000' }),
      aPost(),
    ];

    expect(requests.map(sign)).toEqual(requests.map((request) => byLibrary(request)));
  });

  it('is of the credentials that the signer was made with', () => {
    const others = { accessKeyId: 'ASIAOTHER', secretAccessKey: 'another', sessionToken: 'other' };
    const signers = [credentials, others].map((given) => createSigner({ ...place, credentials: given }));

    expect(signers.map((sign) => sign(aPost()))).toEqual([byLibrary(aPost()), byLibrary(aPost(), others)]);
  });

  it('covers the session token, which is sent', () => {
    const headers = createSigner({ ...place, credentials })(aPost());

    expect(headers['X-Amz-Security-Token']).toBe('token/+=');
    expect(headers.Authorization).toMatch(/SignedHeaders=[^,]*;x-amz-security-token,/);
  });
});
