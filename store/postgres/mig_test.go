package postgres
import ("testing";"os")
func TestMig(t *testing.T){ c,err:=connectionConfig(os.Getenv("U")); if err!=nil{t.Fatal(err)}; if err:=ours().run(t.Context(),c);err!=nil{t.Fatal(err)} }
