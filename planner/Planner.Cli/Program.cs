using Planner.Cli;

// Whatever prints, on whatever thread, loses output at the most.
var output = new ForgivingWriter(Console.Out);
Console.SetOut(output);
Console.SetError(new ForgivingWriter(Console.Error));
return await CommandLine.RunAsync(args, Console.Out, Console.Error, StandardInput.Open(), ProductDrivers.Register(Console.Error), () => output.Trouble);

// With a web framework beside it a generator would make it public.
internal partial class Program;
