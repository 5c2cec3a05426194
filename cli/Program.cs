using System.CommandLine;
using DurableMl.Cli.Commands;

// The first Ctrl+C or SIGTERM cancels; stopping three processes in order takes longer than the default two seconds.
var configuration = new InvocationConfiguration
{
    ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
    EnableDefaultExceptionHandler = false,
};
ParseResult parsed = RootCommandFactory.Create().Parse(args);
int code = await parsed.InvokeAsync(configuration);
return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
