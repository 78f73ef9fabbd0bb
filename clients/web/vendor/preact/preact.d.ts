// Only what this application uses.
export function h(type: any, props: any, ...children: any[]): any;
export function render(view: any, root: Element): void;
export const Fragment: any;
