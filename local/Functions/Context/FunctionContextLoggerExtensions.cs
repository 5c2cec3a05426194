namespace Microsoft.Azure.Functions.Worker;

/// <summary>Loggers from an invocation.</summary>
public static class FunctionContextLoggerExtensions
{
    /// <summary>A logger for a type.</summary>
    /// <typeparam name="T">The type that names the category.</typeparam>
    /// <param name="context">The invocation.</param>
    /// <returns>The logger.</returns>
    public static ILogger<T> GetLogger<T>(this FunctionContext context) => context.InstanceServices.GetRequiredService<ILogger<T>>();

    /// <summary>A logger for a category.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="categoryName">The category.</param>
    /// <returns>The logger.</returns>
    public static ILogger GetLogger(this FunctionContext context, string categoryName) =>
        context.InstanceServices.GetRequiredService<ILoggerFactory>().CreateLogger(categoryName);
}
