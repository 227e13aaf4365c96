import type { DatabaseSync } from 'node:sqlite'
import { numberOf } from './connection.ts'

/**
 * A condition on the column `model` of vectors, with the model's id as its only parameter: vectors of different models
 * mean nothing to each other, also where they are of one length. Null: whatever there is; vectors that were stored
 * without a model's name fit everything.
 */
export function isOfModel(parameter: string): string {
  return `(${parameter} IS NULL OR model IS NULL OR model = (SELECT number FROM models WHERE id = ${parameter}))`
}

/** The number of a model that vectors are about to be stored of; to be called in the transaction that stores them. */
export function numberOfModel(database: DatabaseSync, id: string): number {
  database.prepare('INSERT INTO models (id) VALUES (?) ON CONFLICT DO NOTHING').run(id)
  return numberOf(database.prepare('SELECT number FROM models WHERE id = ?').get(id)?.number)
}
