using System.Diagnostics;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>An invocation: its identity, features and services.</summary>
internal sealed class InvocationContext : FunctionContext, IAsyncDisposable
{
    private readonly IServiceScopeFactory scopes;
    private readonly Microsoft.Azure.Functions.Worker.TraceContext trace = new InvocationTraceContext(Activity.Current);
    private AsyncServiceScope? scope;
    private IServiceProvider? services;
    private Dictionary<object, object>? ownItems;
    private IDictionary<object, object>? items;

    public InvocationContext(DiscoveredFunction function, TriggerEvent trigger, IServiceScopeFactory scopes, CancellationToken cancellation)
    {
        this.scopes = scopes;
        Function = function;
        Trigger = trigger;
        CancellationToken = cancellation;
        BindingContext = new InvocationBindingContext(trigger.BindingData);
    }

    public DiscoveredFunction Function { get; }

    public TriggerEvent Trigger { get; }

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => Function.Id;

    public override TraceContext TraceContext => trace;

    public override BindingContext BindingContext { get; }

    public override RetryContext RetryContext => Trigger.Retry;

    /// <summary>Made on first use: many invocations need none.</summary>
    public override IServiceProvider InstanceServices
    {
        get => services ??= (scope ??= scopes.CreateAsyncScope()).ServiceProvider;
        set => services = value;
    }

    public override FunctionDefinition FunctionDefinition => Function;

    public override IDictionary<object, object> Items
    {
        get => items ?? (ownItems ??= []);
        set => items = value;
    }

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    public override CancellationToken CancellationToken { get; }

    public ValueTask DisposeAsync() => scope?.DisposeAsync() ?? ValueTask.CompletedTask;
}
