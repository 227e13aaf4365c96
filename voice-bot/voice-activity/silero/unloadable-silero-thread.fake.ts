/** Can't load its model. */
throw new Error('there is no model')
