using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMl.Workflows.Execution;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace DurableMl.Workflows.Expressions;

/// <summary>
/// Evaluates JSONata by its reference implementation. Time, randomness and identifiers come from the host; statements and recursion are bounded
/// by numbers that every replay counts alike. Memory and time are a net below those: what falls into it ends the execution and cannot be caught,
/// since nothing may follow that a replay on another machine could decide otherwise.
/// </summary>
internal sealed class Jsonata
{
    private const int MaximumStatements = 3_000_000;

    // Of all that is allocated, kept or not; a statement allocates some hundred bytes, so that the statements are used up first.
    private const long MaximumBytes = 2L << 30;
    private const int MaximumRecursion = 400;

    // What the engine does by itself with an array, such as joining it, is not counted in statements.
    private const uint MaximumArray = 5_000_000;

    private static readonly TimeSpan MaximumTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaximumRegexTime = TimeSpan.FromSeconds(5);

    private static readonly Prepared<Acornima.Ast.Script> Library = Engine.PrepareScript(ReadLibrary());
    private static readonly Prepared<Acornima.Ast.Script> Prelude = Engine.PrepareScript("""
        const HostDate = Date;
        globalThis.Date = class extends HostDate {
          constructor(...parts) { if (parts.length === 0) { super(host.now()); } else { super(...parts); } }
          static now() { return host.now(); }
        };
        Math.random = () => host.random();
        const sequence = items => { Object.defineProperty(items, 'sequence', { enumerable: false, value: true }); return items; };
        // An expression has no context: a bare name that is looked up in it can only be a mistake.
        const bareNames = node => {
          switch (node && node.type) {
            case 'path': return node.steps[0].type === 'name' ? [node.steps[0].value] : bareNames(node.steps[0]);
            case 'binary': case 'apply': return [...bareNames(node.lhs), ...bareNames(node.rhs)];
            case 'condition': return [...bareNames(node.condition), ...bareNames(node.then), ...bareNames(node.else)];
            case 'block': return node.expressions.flatMap(bareNames);
            case 'function': return node.arguments.flatMap(bareNames);
            case 'bind': return bareNames(node.rhs);
            case 'unary':
              return node.value === '[' ? node.expressions.flatMap(bareNames)
                : node.value === '{' ? node.lhs.flat().flatMap(bareNames) : bareNames(node.expression);
            default: return [];
          }
        };
        // The names that an expression reads as variables and does not bind itself.
        globalThis.variablesIn = text => {
          const read = new Set(), bound = new Set(['', '$', 'states']);
          const walk = node => {
            if (node === null || typeof node !== 'object') { return; }
            if (node.type === 'variable') { read.add(node.value); }
            if (node.type === 'bind') { bound.add(node.lhs.value); }
            if (node.type === 'lambda') { node.arguments.forEach(each => bound.add(each.value)); }
            (Array.isArray(node) ? node : Object.values(node)).forEach(walk);
          };
          walk(jsonata(text).ast());
          return JSON.stringify([...read].filter(name => !bound.has(name)));
        };
        globalThis.checkExpression = text => {
          try {
            return JSON.stringify({ names: [...new Set(bareNames(jsonata(text).ast()))] });
          } catch (e) {
            return JSON.stringify({ error: String(e.message) });
          }
        };
        // Loops evaluate the same expressions again and again.
        const expressions = new Map();
        const compile = text => {
          const known = expressions.get(text);
          if (known) { return known; }
          const expression = jsonata(text);
          const compiled = { expression, depth: 0 };
          expression.registerFunction('partition', (items, size) => {
            const step = Math.round(size);
            if (!(step > 0)) { throw { message: 'The size of a part must be positive' }; }
            const parts = [];
            for (let i = 0; i < items.length; i += step) { parts.push(items.slice(i, i + step)); }
            return parts;
          }, '<an:a>');
          expression.registerFunction('range', (start, end, step) => {
            const items = [];
            const by = Math.round(step);
            if (by === 0) { throw { message: 'The step of a range must not be 0' }; }
            for (let i = Math.round(start); by > 0 ? i <= Math.round(end) : i >= Math.round(end); i += by) {
              if (items.push(i) > 1000) { throw { message: 'A range may have 1000 numbers' }; }
            }
            return sequence(items);
          }, '<nnn:a>');
          expression.registerFunction('hash', (data, algorithm) => {
            const hash = host.hash(typeof data === 'string' ? data : JSON.stringify(data), algorithm);
            if (hash === null) { throw { message: 'There is no hash algorithm ' + algorithm }; }
            return hash;
          });
          expression.registerFunction('uuid', () => host.uuid());
          expression.registerFunction('parse', text => JSON.parse(text), '<s:x>');
          expression.registerFunction('random', seed => seed === undefined ? host.random() : host.seeded(seed));
          expression.assign('eval', undefined);
          expression.assign(Symbol.for('jsonata.__evaluate_entry'), () => {
            if (++compiled.depth > 100) {
              throw { message: 'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.' };
            }
          });
          expression.assign(Symbol.for('jsonata.__evaluate_exit'), (part, input, environment, result) => {
            compiled.depth--;
            if ((typeof result === 'string' || Array.isArray(result)) && result.length > 4194304) {
              throw { message: 'A text or an array may have 4194304 parts' };
            }
            // JSON has no such number, and would show null.
            if (typeof result === 'number' && !Number.isFinite(result)) { throw { message: 'Number out of range: ' + result }; }
          });
          expressions.set(text, compiled);
          return compiled;
        };
        globalThis.evaluateExpression = async function (text, bindings) {
          try {
            const compiled = compile(text);
            compiled.depth = 0;
            const value = await compiled.expression.evaluate(undefined, JSON.parse(bindings));
            const json = JSON.stringify(value);
            return json === undefined ? '{}' : '{"value":' + json + '}';
          } catch (e) {
            if (e && (e.code || e.message)) { return JSON.stringify({ error: e.code ? '. ' + e.code + ': ' + e.message : ': ' + e.message }); }
            throw e;
          }
        };
        """);

    private readonly Engine _engine;

    /// <summary>One that only checks expressions.</summary>
    public static Jsonata ForChecking() => new(new Nowhere());

    public Jsonata(IWorkflowHost host)
    {
        _engine = new Engine(options => options
            .MaxStatements(MaximumStatements)
            .LimitMemory(MaximumBytes)
            .LimitRecursion(MaximumRecursion)
            .MaxArraySize(MaximumArray)
            .TimeoutInterval(MaximumTime)
            .RegexTimeoutInterval(MaximumRegexTime));
        var functions = new JsObject(_engine);
        functions.Set("now", Function(_ => host.Now.ToUnixTimeMilliseconds()));
        functions.Set("random", Function(_ => IntrinsicFunctions.Fraction(host)));
        functions.Set("seeded", Function(arguments => new Random(HashCode(arguments[0])).NextDouble()));
        functions.Set("uuid", Function(_ => host.NewGuid().ToString()));
        functions.Set("hash", Function(arguments => IntrinsicFunctions.Hash(arguments[0].ToString(), arguments[1].ToString()) is { } hash
            ? hash
            : JsValue.Null));
        _engine.SetValue("host", functions);
        _engine.Execute(Library);
        _engine.Execute(Prelude);
    }

    /// <summary>Evaluates an expression.</summary>
    /// <returns>The value; <c>IsUndefined</c> where the expression gives nothing.</returns>
    /// <exception cref="WorkflowFailure">The expression is wrong, failed, or went over a limit.</exception>
    public (JsonNode? Value, bool IsUndefined) Evaluate(string expression, JsonObject bindings, string field)
    {
        JsonNode answer;
        try
        {
            var result = _engine.Invoke("evaluateExpression", expression, bindings.ToJsonString()).UnwrapIfPromise();
            answer = JsonNode.Parse(result.AsString())!;
        }
        catch (Exception exception) when (exception is MemoryLimitExceededException or TimeoutException or RegexMatchTimeoutException)
        {
            var exceeded = exception is MemoryLimitExceededException
                ? "Expression evaluation memory limit exceeded: Check for excessive memory usage"
                : "Expression evaluation timeout: Check for infinite loop";
            throw new WorkflowFailure(ErrorNames.QueryEvaluation, Threw(expression, field, $": {exceeded}"))
            {
                LacksState = true,
                Location = field,
                IsFinal = true,
            };
        }
        catch (StatementsCountOverflowException)
        {
            throw WorkflowFailure.Query(Threw(expression, field, ": Expression evaluation timeout: Check for infinite loop"), field);
        }
        catch (Exception exception) when (exception is JintException or JsonException)
        {
            throw WorkflowFailure.Query(Threw(expression, field, $": {exception.Message}"), field);
        }

        if (answer["error"] is { } error)
        {
            throw WorkflowFailure.Query(Threw(expression, field, error.GetValue<string>()), field);
        }

        return answer.AsObject().TryGetPropertyValue("value", out var value) ? (value?.DeepClone(), false) : (null, true);
    }

    /// <summary>What is wrong with an expression before it is evaluated; nothing for a good one.</summary>
    public IReadOnlyList<(string Code, string Message)> Check(string expression)
    {
        JsonNode answer;
        try
        {
            answer = JsonNode.Parse(_engine.Invoke("checkExpression", expression).AsString())!;
        }
        catch (Exception exception) when (exception is JintException or TimeoutException or RegexMatchTimeoutException or JsonException)
        {
            return [("INVALID_JSONATA_EXPRESSION", exception.Message)];
        }

        return answer["error"] is { } error
            ? [("INVALID_JSONATA_EXPRESSION", error.GetValue<string>())]
            : [.. answer["names"]!.AsArray().Select(name =>
                ("UNSUPPORTED_JSONATA_EXPRESSION", $"Reference to '{name!.GetValue<string>()}' at the top level is not supported."))];
    }

    /// <summary>The variables that an expression reads; nothing for one that cannot be read.</summary>
    public IReadOnlyList<string> VariablesIn(string expression)
    {
        if (Check(expression).Count > 0)
        {
            return [];
        }

        // What is there without any binding is one of JSONata's own functions.
        return [.. JsonNode.Parse(_engine.Invoke("variablesIn", expression).AsString())!.AsArray()
            .Select(name => name!.GetValue<string>())
            .Where(name => !Evaluate($"$exists(${name})", [], "").Value!.GetValue<bool>())];
    }

    private static string Threw(string expression, string field, string message) =>
        $"The JSONata expression '{expression}' specified for the field '{field}' threw an error during evaluation{message}";

    private static int HashCode(JsValue seed) => seed.AsNumber().GetHashCode();

    private static string ReadLibrary()
    {
        using var stream = typeof(Jsonata).Assembly.GetManifestResourceStream("jsonata.js")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed class Nowhere : IWorkflowHost
    {
        public DateTimeOffset Now => default;

        public Guid NewGuid() => default;

        public Task<JsonNode?> CallAsync(TaskRequest request) => Task.FromResult<JsonNode?>(null);

        public Task DelayUntilAsync(DateTimeOffset time) => Task.CompletedTask;

        public Task<bool> EndsByAsync(Task work, DateTimeOffset time) => Task.FromResult(true);
    }

    private Jint.Runtime.Interop.ClrFunction Function(Func<JsValue[], JsValue> body) =>
        new(_engine, "host", (_, arguments) => body([.. arguments]));
}
