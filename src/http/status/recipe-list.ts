import { escapeHtml } from './escape-html.ts';
import { recipes, type Recipe } from './recipes.ts';

const cellsOf = ({ settings }: Recipe): string =>
  settings.map((setting) => `<code>${escapeHtml(setting)}</code>`).join('<br>');

/** The recipes as rows of a list: what is copied, and the applications that are told just that. */
export const recipeList = (): string =>
  [...new Set(recipes.map(cellsOf))]
    .map((cells) => {
      const alike = recipes.filter((recipe) => cellsOf(recipe) === cells);
      return `<dt>${alike.map(({ application }) => escapeHtml(application)).join(', ')}<dd>${cells}`;
    })
    .join('\n');
