using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;
using FsCheck;
using FsCheck.Fluent;

namespace Workflows.Tests;

/// <summary>
/// Random machines against a model that knows nothing of states: a program of steps is run directly, and written as a machine that is interpreted. Both
/// must come to the same.
/// </summary>
[TestClass]
public sealed class ModelTests
{
    private static readonly ExecutionIdentity Identity = new("execution:one", "one", "", "stateMachine:one", "one");

    [TestMethod]
    public void A_machine_comes_to_what_its_program_comes_to_whole_and_in_pieces() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Select(seed => new Writer(new Random(seed)).Program(4)).ToArbitrary(),
        program =>
        {
            var machine = program.Machine();
            var mistakes = DefinitionValidator.Validate(machine);
            Assert.IsEmpty(mistakes, machine.ToJsonString());

            var document = new JsonObject { ["x"] = 1 };
            string expected;
            try
            {
                program.Run(document);
                expected = document.ToJsonString();
            }
            catch (ModelException failed)
            {
                expected = failed.Message;
            }

            return Outcome(machine, int.MaxValue) == expected && Outcome(machine, 3) == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static string Outcome(JsonObject machine, int eventsUntilPause)
    {
        var host = new InMemoryHost();
        var outcome = new Interpreter(StateMachine.Parse(machine), host, Identity, new JsonObject { ["x"] = 1 }) { EventsUntilPause = eventsUntilPause }.RunAsync().GetAwaiter().GetResult();
        while (outcome.Status == ExecutionStatus.Running)
        {
            outcome = new Interpreter(StateMachine.Parse(machine), host, Identity, outcome.Next!) { EventsUntilPause = eventsUntilPause }.RunAsync().GetAwaiter().GetResult();
        }

        return outcome.Succeeded ? outcome.Output!.ToJsonString() : outcome.Error!;
    }

    private sealed class ModelException(string error) : Exception(error);

    /// <summary>Steps one after the other, on a document with the number <c>x</c>.</summary>
    private sealed record Program(IReadOnlyList<Step> Steps)
    {
        public void Run(JsonObject document)
        {
            foreach (var step in Steps)
            {
                step.Run(document);
            }
        }

        public JsonObject Machine()
        {
            var states = new JsonObject();
            foreach (var (i, step) in Steps.Index())
            {
                step.Write(states, $"S{i}", i == Steps.Count - 1 ? "End" : $"S{i + 1}");
            }

            if (Steps.LastOrDefault() is not Fail)
            {
                states["End"] = new JsonObject { ["Type"] = "Succeed" };
            }

            return new JsonObject { ["StartAt"] = Steps.Count == 0 ? "End" : "S0", ["States"] = states };
        }
    }

    private abstract record Step
    {
        public abstract void Run(JsonObject document);

        /// <summary>Writes the step as states whose names begin with its own, and of which the last leads to the next.</summary>
        public abstract void Write(JsonObject states, string own, string next);
    }

    private sealed record Add(int Number) : Step
    {
        public override void Run(JsonObject document) => document["x"] = (int)document["x"]! + Number;

        public override void Write(JsonObject states, string own, string next) => states[own] = new JsonObject
        {
            ["Type"] = "Pass", ["Parameters"] = new JsonObject { ["x.$"] = $"States.MathAdd($.x, {Number})" }, ["Next"] = next,
        };
    }

    private sealed record If(int Limit, Program Then, Program Else) : Step
    {
        public override void Run(JsonObject document) => ((int)document["x"]! < Limit ? Then : Else).Run(document);

        public override void Write(JsonObject states, string own, string next)
        {
            states[own] = new JsonObject
            {
                ["Type"] = "Choice",
                ["Choices"] = new JsonArray(new JsonObject { ["Variable"] = "$.x", ["NumericLessThan"] = Limit, ["Next"] = $"{own}T" }),
                ["Default"] = $"{own}E",
            };
            states[$"{own}T"] = Nested(Then, next);
            states[$"{own}E"] = Nested(Else, next);
        }
    }

    private sealed record Each(IReadOnlyList<int> Items, Program Body) : Step
    {
        public override void Run(JsonObject document)
        {
            var sum = 0;
            foreach (var item in Items)
            {
                var inner = new JsonObject { ["x"] = item };
                Body.Run(inner);
                sum += (int)inner["x"]!;
            }

            document["x"] = Items.Count == 0 ? 0 : sum;
        }

        public override void Write(JsonObject states, string own, string next)
        {
            states[own] = new JsonObject { ["Type"] = "Pass", ["Result"] = new JsonArray([.. Items.Select(item => JsonValue.Create(item))]), ["Next"] = $"{own}M" };
            states[$"{own}M"] = new JsonObject
            {
                ["Type"] = "Map", ["ItemSelector"] = new JsonObject { ["x.$"] = "$$.Map.Item.Value" }, ["ItemProcessor"] = Body.Machine(), ["Next"] = $"{own}S",
            };
            states[$"{own}S"] = new JsonObject
            {
                ["Type"] = "Pass", ["QueryLanguage"] = "JSONata", ["Output"] = "{% { 'x': $count($states.input) = 0 ? 0 : $sum($states.input.x) } %}", ["Next"] = next,
            };
        }
    }

    private sealed record Both(Program Left, Program Right) : Step
    {
        public override void Run(JsonObject document)
        {
            var (left, right) = (document.DeepClone().AsObject(), document.DeepClone().AsObject());
            Left.Run(left);
            Right.Run(right);
            document["x"] = (int)left["x"]! - (int)right["x"]!;
        }

        public override void Write(JsonObject states, string own, string next)
        {
            states[own] = new JsonObject { ["Type"] = "Parallel", ["Branches"] = new JsonArray(Left.Machine(), Right.Machine()), ["Next"] = $"{own}S" };
            states[$"{own}S"] = new JsonObject { ["Type"] = "Pass", ["QueryLanguage"] = "JSONata", ["Output"] = "{% { 'x': $states.input[0].x - $states.input[1].x } %}", ["Next"] = next };
        }
    }

    private sealed record Fail(string Error) : Step
    {
        public override void Run(JsonObject document) => throw new ModelException(Error);

        public override void Write(JsonObject states, string own, string next) => states[own] = new JsonObject { ["Type"] = "Fail", ["Error"] = Error };
    }

    private sealed record Try(Program Body, string Caught) : Step
    {
        public override void Run(JsonObject document)
        {
            var inner = document.DeepClone().AsObject();
            try
            {
                Body.Run(inner);
                document["x"] = inner["x"]!.DeepClone();
            }
            catch (ModelException failed) when (Caught == "States.ALL" || failed.Message == Caught)
            {
                document["x"] = -7;
            }
        }

        public override void Write(JsonObject states, string own, string next)
        {
            states[own] = Nested(Body, next);
            states[own]!["Catch"] = new JsonArray(new JsonObject { ["ErrorEquals"] = new JsonArray(Caught), ["Next"] = $"{own}C" });
            states[$"{own}C"] = new JsonObject { ["Type"] = "Pass", ["Result"] = new JsonObject { ["x"] = -7 }, ["Next"] = next };
        }
    }

    private static JsonObject Nested(Program program, string next) => new()
    {
        ["Type"] = "Parallel", ["Branches"] = new JsonArray(program.Machine()), ["OutputPath"] = "$[0]", ["Next"] = next,
    };

    private sealed class Writer(Random random)
    {
        // Nothing may stand behind a Fail: a state that no way leads to is refused.
        public Program Program(int depth)
        {
            var steps = new List<Step>();
            for (var left = random.Next(depth == 0 ? 2 : 4); left > 0 && steps.LastOrDefault() is not Fail; left--)
            {
                steps.Add(Step(depth));
            }

            return new Program(steps);
        }

        private Step Step(int depth) => (depth == 0 ? random.Next(2) : random.Next(8)) switch
        {
            0 or 6 => new Add(random.Next(-9, 10)),
            1 => random.Next(3) == 0 ? new Fail(Error()) : new Add(1),
            2 => new If(random.Next(-9, 10), Program(depth - 1), Program(depth - 1)),
            3 => new Each([.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(-9, 10))], Program(depth - 1)),
            4 => new Both(Program(depth - 1), Program(depth - 1)),
            _ => new Try(Program(depth - 1), random.Next(3) == 0 ? "States.ALL" : Error()),
        };

        private string Error() => random.Next(2) == 0 ? "One" : "Two";
    }
}
