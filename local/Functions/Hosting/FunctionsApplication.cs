namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a Functions app's program begins.</summary>
public class FunctionsApplication
{
    /// <summary>Creates a builder with the host's defaults: settings from local.settings.json, the environment and the command line.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The builder.</returns>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
