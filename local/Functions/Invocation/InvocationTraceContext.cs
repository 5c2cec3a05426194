using System.Diagnostics;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>The trace of the activity that was current when the invocation began.</summary>
internal sealed class InvocationTraceContext(Activity? activity) : TraceContext
{
    public override string TraceParent => activity?.Id ?? "";

    public override string TraceState => activity?.TraceStateString ?? "";
}
