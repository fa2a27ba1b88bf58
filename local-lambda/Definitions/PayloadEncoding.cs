namespace Roost.LocalLambda.Definitions;

/// <summary>What a function's events and answers are, as Greengrass has it.</summary>
internal enum PayloadEncoding
{
    /// <summary>JSON, as in Lambda. A message that is none comes as <c>{"data":BASE64}</c>.</summary>
    Json,

    /// <summary>The bytes as they are.</summary>
    Binary,
}
