namespace EndToEnd.Tests.Fixtures;

/// <summary>One host for all tests that leave it alone; each uses names of its own.</summary>
[TestClass]
public static class SharedUp
{
    private static readonly Lazy<TemporaryFolder> State = new();
    private static readonly Lazy<Task<Up>> Host = new(() => Up.StartAsync(State.Value.Path));

    internal static Task<Up> GetAsync() => Host.Value;

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        if (Host.IsValueCreated)
        {
            await (await Host.Value).DisposeAsync();
            State.Value.Dispose();
        }
    }
}
