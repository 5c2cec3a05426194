namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Turns what a binding has into what a parameter wants.</summary>
public interface IInputConverter
{
    /// <summary>Converts, or leaves it to the next converter.</summary>
    /// <param name="context">The source and the target.</param>
    /// <returns>The result.</returns>
    ValueTask<ConversionResult> ConvertAsync(ConverterContext context);
}
