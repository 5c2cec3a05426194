using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Diagnostics;

/// <summary>Writes a worker's logs to its category and, as it always was, to the one of the whole SDK.</summary>
sealed class WorkerLogger(ILogger own, ILogger legacy) : ILogger
{
    const string Category = "Microsoft.DurableTask.Worker";
    const string LegacyCategory = "Microsoft.DurableTask";

    public static ILogger Create(ILoggerFactory factory, bool useLegacyCategories) => useLegacyCategories
        ? new WorkerLogger(factory.CreateLogger(Category), factory.CreateLogger(LegacyCategory))
        : factory.CreateLogger(Category);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => new Scopes(own.BeginScope(state), legacy.BeginScope(state));

    public bool IsEnabled(LogLevel logLevel) => own.IsEnabled(logLevel) || legacy.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        own.Log(logLevel, eventId, state, exception, formatter);
        legacy.Log(logLevel, eventId, state, exception, formatter);
    }

    sealed class Scopes(IDisposable? first, IDisposable? second) : IDisposable
    {
        public void Dispose()
        {
            second?.Dispose();
            first?.Dispose();
        }
    }
}
