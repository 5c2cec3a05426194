using Microsoft.Extensions.Logging.Console;

namespace DurableMl.Local.Functions;

/// <summary>The settings and the log that every host starts with.</summary>
internal static class FunctionsHostDefaults
{
    /// <summary><c>func start</c> makes it Development, and so does this host.</summary>
    public static string EnvironmentName() =>
        Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") is { Length: > 0 } name ? name : "Development";

    public static void Configure(IConfigurationBuilder configuration, string[] args)
    {
        IConfiguration early = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        LocalSettingsFile.Apply(HostSettings.FindScriptRoot(early));
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
    }

    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            o.UseUtcTimestamp = true;
            o.ColorBehavior = LoggerColorBehavior.Default;
        });
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
    }
}
