using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;
using DurableMl.Workflows.Expressions;
using DurableMl.Workflows.Paths;

namespace DurableMl.Workflows.Definitions;

// What each type of state must have.
public sealed partial class DefinitionValidator
{
    private void One(JsonObject state, string at, JsonObject siblings, QueryLanguage inherited, bool isSetForMachine, int depth)
    {
        var own = Language(state, at);
        if (own == QueryLanguage.JsonPath && inherited == QueryLanguage.Jsonata && isSetForMachine)
        {
            Add(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
        }

        var language = own ?? inherited;
        if (!state.ContainsKey("Type"))
        {
            Require(state, at, "Type");
            return;
        }

        switch (Text(state, at, "Type"))
        {
            case "Task":
                Task(state, at);
                Follows(state, at, siblings);
                Handlers(state, at, siblings);
                break;
            case "Pass":
                Follows(state, at, siblings);
                break;
            case "Wait":
                Exactly(state, at, "Seconds", "SecondsPath", "Timestamp", "TimestampPath");
                Follows(state, at, siblings);
                break;
            case "Choice":
                Choice(state, at, siblings, language);
                break;
            case "Parallel":
                Branches(state, at, inherited, depth);
                Follows(state, at, siblings);
                Handlers(state, at, siblings);
                break;
            case "Map":
                Map(state, at, inherited, depth);
                MapResources(state, at);
                Follows(state, at, siblings);
                Handlers(state, at, siblings);
                break;
            case "Succeed" or "Fail":
                break;
            case { } other:
                Add($"{at}/Type", $"Value is not one of: [Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map], but was '{other}'");
                break;
        }

        Fields(state, at, language);
    }

    private void Task(JsonObject state, string at)
    {
        Require(state, at, "Resource");
        if (state["Credentials"] is JsonObject credentials && !credentials.ContainsKey("RoleArn") && !credentials.ContainsKey("RoleArn.$"))
        {
            Add($"{at}/Credentials", "The field 'RoleArn' is required but was missing");
        }

        if (Text(state, at, "Resource") is not { } resource)
        {
            return;
        }

        if (_objection?.Invoke(resource) is { } objection)
        {
            Add($"{at}/Resource", objection);
        }

        if (!_isExpress)
        {
            return;
        }

        if (resource.Contains(":activity:", StringComparison.Ordinal))
        {
            Add($"{at}/Resource", "Express state machine does not support Activity ARN");
        }

        foreach (var pattern in (string[])[".waitForTaskToken", ".sync"])
        {
            if (resource.EndsWith(pattern, StringComparison.Ordinal))
            {
                Add($"{at}/Resource", $"Express state machine does not support '{pattern}' service integration ");
            }
        }
    }

    private void Choice(JsonObject state, string at, JsonObject siblings, QueryLanguage language)
    {
        Require(state, at, "Choices");
        if (state.ContainsKey("Default"))
        {
            Transition(state, at, "Default", siblings);
        }

        var rules = Array(state, at, "Choices", mayBeEmpty: false);
        for (var i = 0; i < rules.Count; i++)
        {
            var place = $"{at}/Choices[{i}]";
            if (rules[i] is not JsonObject rule)
            {
                Add(place, "Expected value of type Object");
                continue;
            }

            Require(rule, place, "Next");
            Transition(rule, place, "Next", siblings);
            if (language == QueryLanguage.Jsonata)
            {
                Require(rule, place, "Condition");
            }
            else
            {
                Comparison(rule, place, 0);
            }
        }
    }

    private void Comparison(JsonObject rule, string at, int depth)
    {
        if (depth > MaximumDepth)
        {
            Add(at, $"Choice rules may be nested {MaximumDepth} deep");
            return;
        }

        foreach (var joint in (string[])["And", "Or"])
        {
            if (rule.ContainsKey(joint))
            {
                var parts = Array(rule, at, joint, mayBeEmpty: false);
                for (var i = 0; i < parts.Count; i++)
                {
                    if (parts[i] is JsonObject part)
                    {
                        Comparison(part, $"{at}/{joint}[{i}]", depth + 1);
                    }
                }

                return;
            }
        }

        if (rule["Not"] is JsonObject negated)
        {
            Comparison(negated, $"{at}/Not", depth + 1);
            return;
        }

        Require(rule, at, "Variable");
        var operators = rule.Count(pair => pair.Key is not ("Variable" or "Next" or "Comment" or "Assign" or "Output"));
        if (operators != 1)
        {
            Add(at, "A choice rule needs exactly one comparison");
        }
    }

    private void Branches(JsonObject state, string at, QueryLanguage inherited, int depth)
    {
        Require(state, at, "Branches");
        var branches = Array(state, at, "Branches", mayBeEmpty: false);
        for (var i = 0; i < branches.Count; i++)
        {
            if (branches[i] is JsonObject branch)
            {
                Machine(branch, $"{at}/Branches[{i}]", inherited, isTop: false, depth + 1);
            }
            else
            {
                Add($"{at}/Branches[{i}]", "Expected value of type Object");
            }
        }
    }

    private void Map(JsonObject state, string at, QueryLanguage inherited, int depth)
    {
        Exactly(state, at, "ItemProcessor", "Iterator");
        foreach (var field in (string[])["ItemProcessor", "Iterator"])
        {
            if (state[field] is JsonObject processor)
            {
                if (processor.ContainsKey("QueryLanguage"))
                {
                    Add($"{at}/{field}", "Field 'QueryLanguage' is not supported");
                }

                Machine(processor, $"{at}/{field}", inherited, isTop: false, depth + 1);
            }
            else
            {
                Kind(state, at, field, JsonValueKind.Object);
            }
        }
    }

    // Where items come from, and where results go, are resources as those of tasks are.
    private void MapResources(JsonObject state, string at)
    {
        foreach (var field in (string[])["ItemReader", "ResultWriter"])
        {
            if (state[field] is JsonObject part && JsonValues.Text(part["Resource"]) is { } resource && _objection?.Invoke(resource) is { } objection)
            {
                Add($"{at}/{field}/Resource", objection);
            }
        }
    }

    private void Handlers(JsonObject state, string at, JsonObject siblings)
    {
        foreach (var field in (string[])["Retry", "Catch"])
        {
            var rules = Array(state, at, field, mayBeEmpty: true);
            for (var i = 0; i < rules.Count; i++)
            {
                var place = $"{at}/{field}[{i}]";
                if (rules[i] is not JsonObject rule)
                {
                    Add(place, "Expected value of type Object");
                    continue;
                }

                Require(rule, place, "ErrorEquals");
                Array(rule, place, "ErrorEquals", mayBeEmpty: false);
                if (field == "Catch")
                {
                    Require(rule, place, "Next");
                    Transition(rule, place, "Next", siblings);
                }
            }
        }
    }

    private void Follows(JsonObject state, string at, JsonObject siblings)
    {
        var hasEnd = JsonValues.KindOf(state["End"]) == JsonValueKind.True;
        if (state.ContainsKey("Next") == hasEnd)
        {
            Add(at, "Exactly one of the following fields is required: [Next, End]");
        }

        Transition(state, at, "Next", siblings);
    }
}
