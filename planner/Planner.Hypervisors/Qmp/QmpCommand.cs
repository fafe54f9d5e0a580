using System.Text.Json.Serialization.Metadata;

namespace Planner.Hypervisors;

/// <summary>A command of QMP with the types of its arguments and of its answer.</summary>
/// <typeparam name="TArguments">The arguments; <see cref="QmpNone"/> if there are none.</typeparam>
/// <typeparam name="TReply">The answer; <see cref="QmpNone"/> if it says nothing.</typeparam>
/// <param name="Name">The name in QMP, such as "query-migrate".</param>
/// <param name="Arguments">Writes the arguments.</param>
/// <param name="Reply">Reads the answer.</param>
public sealed record QmpCommand<TArguments, TReply>(string Name, JsonTypeInfo<TArguments> Arguments, JsonTypeInfo<TReply> Reply);
