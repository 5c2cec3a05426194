namespace DurableMl.Tests.Support;

/// <summary>How long tests wait for what must come by and by.</summary>
public static class Patience
{
    /// <summary>
    /// Only so that a test ends when something hangs: far longer than anything takes, even on a machine that does five other things,
    /// because a wait that runs out there says nothing about the code.
    /// </summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(4);
}
