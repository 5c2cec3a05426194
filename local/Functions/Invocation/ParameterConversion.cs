using Microsoft.Azure.Functions.Worker.Converters;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>The conversion of one parameter.</summary>
internal sealed class ParameterConversion(FunctionParameter parameter, object? source, FunctionContext context) : ConverterContext
{
    public override Type TargetType => parameter.Type;

    public override object? Source => source;

    public override FunctionContext FunctionContext => context;

    public override IReadOnlyDictionary<string, object> Properties => parameter.Properties;
}
