namespace FunctionsHost.Tests.Support;

/// <summary>Puts what is logged into a <see cref="Recorder"/>, as <c>category: message exception</c>.</summary>
internal sealed class RecordingLogs(Recorder recorder) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(recorder, categoryName);

    public void Dispose() { }

    private sealed class Logger(Recorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => recorder.Add($"{category}: {formatter(state, exception)} {exception?.Message}");
    }
}
