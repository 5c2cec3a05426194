using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Definitions;

/// <summary>
/// Draws a definition as an SVG that needs nothing else. States stand in rows from the first to the last, a row further down for each step; ways back
/// and ways past other rows run beside them.
/// </summary>
public static class SvgGraph
{
    private const int NodeWidth = 190;
    private const int NodeHeight = 46;
    private const int Gap = 44;
    private const int RowGap = 64;
    private const int Padding = 18;
    private const int Header = 30;
    private const int Lane = 14;
    private const int LongestText = 30;

    /// <summary>Draws it.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="progress">How far an execution came, by the states' names; null to draw the definition alone.</param>
    /// <exception cref="FormatException">The definition lacks what every definition has.</exception>
    public static string Of(JsonObject definition, IReadOnlyDictionary<string, StateProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var machine = new Layout(StateMachine.Parse(definition));
        var drawing = new Drawing(progress ?? new Dictionary<string, StateProgress>());
        drawing.Machine(machine, Padding, Padding);
        return drawing.End(machine.Width + (2 * Padding), machine.Height + (2 * Padding));
    }

    /// <summary>A state with its place in its machine.</summary>
    private sealed class Node
    {
        public Node(State state, int row)
        {
            (State, Row) = (state, row);
            Inside = [.. Transition.Inside(state).Select(each => (new Layout(each.Machine), each.Title))];
            Width = Math.Max(NodeWidth, Inside.Sum(each => each.Layout.Width + Padding) + Padding);
            Height = Inside.Count == 0 ? NodeHeight : Header + Header + Inside.Max(each => each.Layout.Height) + Padding;
        }

        public State State { get; }

        public int Row { get; }

        public IReadOnlyList<(Layout Layout, string Title)> Inside { get; }

        public int Width { get; }

        public int Height { get; }

        public int X { get; set; }

        public int Y { get; set; }
    }

    /// <summary>The states of a machine in rows.</summary>
    private sealed class Layout
    {
        public Layout(StateMachine machine)
        {
            var rows = RowsOf(machine);
            Nodes = machine.States.Values.Select(state => new Node(state, rows[state.Name])).ToDictionary(node => node.State.Name, StringComparer.Ordinal);
            var beside = Nodes.Values.SelectMany(node => Transition.From(node.State).Where(way => IsBeside(node, way))).Count();
            Margin = beside * Lane;
            var lines = Nodes.Values.GroupBy(node => node.Row).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
            var widest = lines.Count == 0 ? 0 : lines.Max(line => line.Sum(node => node.Width + Gap) - Gap);
            var y = 0;
            foreach (var line in lines)
            {
                var x = Margin + ((widest - (line.Sum(node => node.Width + Gap) - Gap)) / 2);
                foreach (var node in line)
                {
                    (node.X, node.Y) = (x, y);
                    x += node.Width + Gap;
                }

                y += line.Max(node => node.Height) + RowGap;
            }

            (Width, Height) = (widest + Margin, Math.Max(NodeHeight, y - RowGap));
        }

        public IReadOnlyDictionary<string, Node> Nodes { get; }

        public int Margin { get; }

        public int Width { get; }

        public int Height { get; }

        public bool IsBeside(Node from, Transition way) => Nodes.TryGetValue(way.Target, out var to) && to.Row != from.Row + 1;

        // The longest way from the start, ways back left out.
        private static Dictionary<string, int> RowsOf(StateMachine machine)
        {
            var order = new List<string>();
            var (seen, open) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
            var back = new HashSet<(string, string)>();
            var todo = new Stack<(string Name, bool IsDone)>(machine.States.Keys.Reverse().Where(name => name != machine.StartAt).Select(name => (name, false)));
            todo.Push((machine.StartAt, false));
            while (todo.TryPop(out var next))
            {
                if (next.IsDone)
                {
                    open.Remove(next.Name);
                    order.Add(next.Name);
                }
                else if (machine.States.TryGetValue(next.Name, out var state) && seen.Add(next.Name))
                {
                    open.Add(next.Name);
                    todo.Push((next.Name, true));
                    foreach (var way in Transition.From(state))
                    {
                        if (open.Contains(way.Target))
                        {
                            back.Add((next.Name, way.Target));
                        }

                        todo.Push((way.Target, false));
                    }
                }
            }

            order.Reverse();
            var rows = order.ToDictionary(name => name, _ => 0, StringComparer.Ordinal);
            var place = order.Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal);
            foreach (var name in order)
            {
                foreach (var way in Transition.From(machine.States[name]).Where(way => rows.ContainsKey(way.Target) && place[way.Target] > place[name] && !back.Contains((name, way.Target))))
                {
                    rows[way.Target] = Math.Max(rows[way.Target], rows[name] + 1);
                }
            }

            return rows;
        }
    }

    private sealed class Drawing(IReadOnlyDictionary<string, StateProgress> progress)
    {
        private const string Style = "text{font:12px system-ui,sans-serif;fill:#111827}.small{font-size:10px;fill:#4b5563}.box{fill:#f9fafb;stroke:#6b7280}"
            + ".inner{fill:none;stroke:#d1d5db;stroke-dasharray:4 3}.entered{fill:#dbeafe;stroke:#2563eb}.done{fill:#dcfce7;stroke:#16a34a}.failed{fill:#fee2e2;stroke:#dc2626}"
            + ".way{fill:none;stroke:#6b7280}.catch{stroke-dasharray:5 4;stroke:#dc2626}.label{font-size:10px;fill:#374151;paint-order:stroke;stroke:#fff;stroke-width:3px}";

        private readonly StringBuilder _boxes = new();
        private readonly StringBuilder _ways = new();

        public void Machine(Layout layout, int left, int top)
        {
            foreach (var node in layout.Nodes.Values)
            {
                State(node, left + node.X, top + node.Y);
            }

            var lane = 0;
            foreach (var node in layout.Nodes.Values)
            {
                foreach (var (i, way) in Transition.From(node.State).Where(way => layout.Nodes.ContainsKey(way.Target)).Index())
                {
                    var to = layout.Nodes[way.Target];
                    if (layout.IsBeside(node, way))
                    {
                        var offset = 4 * (lane % 6);
                        Beside(
                            left + (Lane * lane++) + (Lane / 2), left + node.X + 20 + (8 * i), top + node.Y + node.Height, left + to.X + 20 + offset, top + to.Y, 10 + offset, way);
                    }
                    else
                    {
                        Down(left + node.X + (node.Width / 2), top + node.Y + node.Height, left + to.X + (to.Width / 2), top + to.Y, way);
                    }
                }
            }
        }

        public string End(int width, int height) => string.Create(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"><style>{Style}</style>""")
            + """<defs><marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b7280"/></marker></defs>"""
            + $"{_boxes}{_ways}</svg>\n";

        private void State(Node node, int x, int y)
        {
            var shade = progress.TryGetValue(node.State.Name, out var reached) ? reached.ToString().ToLowerInvariant() : "";
            var round = node.State.Type is "Succeed" or "Fail" ? NodeHeight / 2 : node.State.Type == "Choice" ? 0 : 6;
            Add(_boxes, $"""<g><title>{Text(node.State.Name)}: {Text(Transition.Caption(node.State))}</title><rect class="box {shade}" x="{x}" y="{y}" width="{node.Width}" height="{node.Height}" rx="{round}"/>""");
            var middle = x + (node.Width / 2);
            Add(_boxes, $"""<text x="{middle}" y="{y + 19}" text-anchor="middle">{Text(Short(node.State.Name))}</text><text class="small" x="{middle}" y="{y + 35}" text-anchor="middle">{Text(Short(Transition.Caption(node.State)))}</text></g>""");
            var left = x + Padding;
            foreach (var (layout, title) in node.Inside)
            {
                var top = y + Header + Header;
                Add(_boxes, $"""<rect class="inner" x="{left - 8}" y="{top - 18}" width="{layout.Width + 16}" height="{layout.Height + 26}" rx="4"/><text class="small" x="{left}" y="{top - 6}">{title}</text>""");
                Machine(layout, left, top);
                left += layout.Width + Padding;
            }
        }

        private void Down(int x1, int y1, int x2, int y2, Transition way)
        {
            var half = (y2 - y1) / 2;
            Add(_ways, $"""<path class="way{(way.IsCatch ? " catch" : "")}" d="M{x1} {y1}C{x1} {y1 + half} {x2} {y2 - half} {x2} {y2}" marker-end="url(#to)"/>""");
            Label(way, (x1 + x2) / 2, ((y1 + y2) / 2) + 4, "middle");
        }

        // Out below the state and in above the other, so that the states beside them are not crossed.
        private void Beside(int lane, int x1, int y1, int x2, int y2, int offset, Transition way)
        {
            Add(_ways, $"""<path class="way{(way.IsCatch ? " catch" : "")}" d="M{x1} {y1}V{y1 + offset}H{lane}V{y2 - offset - 6}H{x2}V{y2}" marker-end="url(#to)"/>""");
            Label(way, lane + 4, y1 + offset - 3, "start");
        }

        private void Label(Transition way, int x, int y, string anchor)
        {
            if (way.Label is { } label)
            {
                Add(_ways, $"""<text class="label" x="{x}" y="{y}" text-anchor="{anchor}">{Text(Short(label))}<title>{Text(label)}</title></text>""");
            }
        }

        private static void Add(StringBuilder target, FormattableString svg) => target.Append(svg.ToString(CultureInfo.InvariantCulture));

        private static string Short(string text) => text.Length > LongestText ? text[..(LongestText - 1)] + "…" : text;

        private static string Text(string text) => WebUtility.HtmlEncode(text);
    }
}
