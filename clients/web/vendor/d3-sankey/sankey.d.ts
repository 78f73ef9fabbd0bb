// Only what this application uses.
export default function sankey(): any;
