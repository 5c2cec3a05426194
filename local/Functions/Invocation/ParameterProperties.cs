namespace DurableMl.Local.Functions.Invocation;

/// <summary>Keys of <see cref="FunctionParameter.Properties"/>.</summary>
internal static class ParameterProperties
{
    public const string BindingAttribute = "bindingAttribute";
    public const string Converters = "converters";
}
