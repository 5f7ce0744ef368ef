Console.WriteLine("litekube");
