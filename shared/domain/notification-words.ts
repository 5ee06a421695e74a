/** What notifications say, in the languages that there are words for. */

interface Words {
  /** Whoever has no name. */
  somebody: string;
  /** A group without a title. */
  group: string;
  newMessage: string;
  newMessageFrom: (name: string) => string;
  mention: (name: string) => string;
  /** By plural category; `other` for those that a language does not name. */
  unread: { one: (count: number) => string; other: (count: number) => string };
  subject: (unread: string, app: string) => string;
  open: string;
  whyThis: (app: string) => string;
}

export const fallbackLanguage = 'en';

export const words: Readonly<Record<string, Words>> = {
  en: {
    somebody: 'Somebody',
    group: 'Group',
    newMessage: 'New message',
    newMessageFrom: (name) => `New message from ${name}`,
    mention: (name) => `${name} mentioned you`,
    unread: { one: (count) => `${count} unread message`, other: (count) => `${count} unread messages` },
    subject: (unread, app) => `${unread} in ${app}`,
    open: 'Open',
    whyThis: (app) => `You get this e-mail because you have unread messages in ${app}. Its settings turn it off.`,
  },
  de: {
    somebody: 'Jemand',
    group: 'Gruppe',
    newMessage: 'Neue Nachricht',
    newMessageFrom: (name) => `Neue Nachricht von ${name}`,
    mention: (name) => `${name} hat dich erwähnt`,
    unread: { one: (count) => `${count} ungelesene Nachricht`, other: (count) => `${count} ungelesene Nachrichten` },
    subject: (unread, app) => `${unread} in ${app}`,
    open: 'Öffnen',
    whyThis: (app) =>
      `Du bekommst diese E-Mail, weil du in ${app} ungelesene Nachrichten hast. Du kannst sie dort in den Einstellungen abstellen.`,
  },
  fr: {
    somebody: 'Quelqu’un',
    group: 'Groupe',
    newMessage: 'Nouveau message',
    newMessageFrom: (name) => `Nouveau message de ${name}`,
    mention: (name) => `${name} vous a mentionné`,
    unread: { one: (count) => `${count} message non lu`, other: (count) => `${count} messages non lus` },
    subject: (unread, app) => `${unread} dans ${app}`,
    open: 'Ouvrir',
    whyThis: (app) =>
      `Vous recevez cet e-mail parce que vous avez des messages non lus dans ${app}. Vous pouvez le désactiver dans les paramètres.`,
  },
  es: {
    somebody: 'Alguien',
    group: 'Grupo',
    newMessage: 'Mensaje nuevo',
    newMessageFrom: (name) => `Mensaje nuevo de ${name}`,
    mention: (name) => `${name} te ha mencionado`,
    unread: { one: (count) => `${count} mensaje sin leer`, other: (count) => `${count} mensajes sin leer` },
    subject: (unread, app) => `${unread} en ${app}`,
    open: 'Abrir',
    whyThis: (app) =>
      `Recibes este correo porque tienes mensajes sin leer en ${app}. Puedes desactivarlo en los ajustes.`,
  },
  it: {
    somebody: 'Qualcuno',
    group: 'Gruppo',
    newMessage: 'Nuovo messaggio',
    newMessageFrom: (name) => `Nuovo messaggio da ${name}`,
    mention: (name) => `${name} ti ha menzionato`,
    unread: { one: (count) => `${count} messaggio non letto`, other: (count) => `${count} messaggi non letti` },
    subject: (unread, app) => `${unread} in ${app}`,
    open: 'Apri',
    whyThis: (app) =>
      `Ricevi questa e-mail perché hai messaggi non letti in ${app}. Puoi disattivarla nelle impostazioni.`,
  },
};

/** The words of a language, from a BCP 47 tag: `de-AT` is served by `de`, what nobody has written by English. */
export const wordsIn = (locale: string | null): { language: string; words: Words } => {
  const language = (locale ?? '').split('-')[0]?.toLowerCase() ?? '';
  const known = Object.hasOwn(words, language) ? words[language] : undefined;
  return known ? { language, words: known } : { language: fallbackLanguage, words: words[fallbackLanguage] as Words };
};

export const unreadIn = (locale: string | null, count: number): string => {
  const { language, words: said } = wordsIn(locale);
  return said.unread[new Intl.PluralRules(language).select(count) === 'one' ? 'one' : 'other'](count);
};
