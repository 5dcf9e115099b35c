import { config } from 'zod';

/** The page's content security policy forbids eval; zod would try it once. Imported before any schema is made. */
config({ jitless: true });
