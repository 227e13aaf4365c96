/** Runs before the first paint, so that a chosen theme doesn't flash; without a choice the system's holds. */
const chosenTheme = localStorage.getItem('nightdesk.theme')
if (chosenTheme === 'dark' || chosenTheme === 'light') document.documentElement.dataset.theme = chosenTheme
