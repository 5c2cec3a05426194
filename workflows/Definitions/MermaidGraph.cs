using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Definitions;

/// <summary>How far an execution came in a state.</summary>
public enum StateProgress
{
    /// <summary>It was entered and not left.</summary>
    Entered,

    /// <summary>It was left.</summary>
    Done,

    /// <summary>It failed, or was being executed when the execution failed.</summary>
    Failed,
}

/// <summary>Draws a definition as a Mermaid flowchart.</summary>
public static class MermaidGraph
{
    /// <summary>Draws it.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="progress">How far an execution came, by the states' names; null to draw the definition alone.</param>
    /// <exception cref="FormatException">The definition lacks what every definition has.</exception>
    public static string Of(JsonObject definition, IReadOnlyDictionary<string, StateProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var drawing = new Drawing(progress ?? new Dictionary<string, StateProgress>());
        drawing.Begin();
        drawing.Machine(StateMachine.Parse(definition), "  ");
        return drawing.End();
    }

    private sealed class Drawing(IReadOnlyDictionary<string, StateProgress> progress)
    {
        private readonly StringBuilder _text = new();
        private readonly List<string> _edges = [];
        private int _nodes;

        public void Begin() => _text.Append("flowchart TD\n");

        public string End()
        {
            foreach (var edge in _edges)
            {
                _text.Append("  ").Append(edge).Append('\n');
            }

            if (progress.Count > 0)
            {
                _text.Append("  classDef entered fill:#dbeafe,stroke:#2563eb\n  classDef done fill:#dcfce7,stroke:#16a34a\n  classDef failed fill:#fee2e2,stroke:#dc2626\n");
            }

            return _text.ToString();
        }

        /// <summary>Draws a machine and gives the node that stands for its first state.</summary>
        public string Machine(StateMachine machine, string indent)
        {
            var nodes = machine.States.Keys.ToDictionary(name => name, _ => string.Create(CultureInfo.InvariantCulture, $"s{++_nodes}"));
            foreach (var state in machine.States.Values)
            {
                State(state, nodes, indent);
            }

            return nodes.GetValueOrDefault(machine.StartAt, "");
        }

        private void State(State state, Dictionary<string, string> nodes, string indent)
        {
            var node = nodes[state.Name];
            var label = Escape($"{state.Name}<br/>{Transition.Caption(state)}");
            var (open, close) = state.Type switch
            {
                "Choice" => ("{\"", "\"}"),
                "Succeed" or "Fail" => ("([\"", "\"])"),
                "Wait" => ("[/\"", "\"/]"),
                _ => ("[\"", "\"]"),
            };
            var shade = progress.TryGetValue(state.Name, out var reached) ? $":::{reached.ToString().ToLowerInvariant()}" : "";
            _text.Append(indent).Append(node).Append(open).Append(label).Append(close).Append(shade).Append('\n');

            Inside(state, node, indent);
            foreach (var transition in Transition.From(state))
            {
                Edge(node, nodes, transition);
            }
        }

        private void Inside(State state, string node, string indent)
        {
            foreach (var (i, (machine, title)) in Transition.Inside(state).Index())
            {
                _text.Append(CultureInfo.InvariantCulture, $"{indent}subgraph {node}_{i}[\"{Escape($"{state.Name}: {title}")}\"]\n");
                var first = Machine(machine, indent + "  ");
                _text.Append(indent).Append("end\n");
                if (first.Length > 0)
                {
                    _edges.Add($"{node} --> {first}");
                }
            }
        }

        private void Edge(string from, Dictionary<string, string> nodes, Transition transition)
        {
            if (nodes.TryGetValue(transition.Target, out var to))
            {
                var arrow = transition.IsCatch ? "-.->" : "-->";
                _edges.Add(transition.Label is null ? $"{from} {arrow} {to}" : $"{from} {arrow}|\"{Escape(transition.Label)}\"| {to}");
            }
        }

        // Mermaid reads entities, and would take a quotation mark for the end of a label.
        private static string Escape(string text) => text.Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal);
    }
}
