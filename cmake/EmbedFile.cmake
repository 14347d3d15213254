# cmake -D FILE=x.mo -D OUT=x.cpp -D SYMBOL=kName -P EmbedFile.cmake: the file's bytes as a C++ constant.
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT}
"namespace veche::base {
extern const unsigned char ${SYMBOL}[];
extern const unsigned long ${SYMBOL}_size;
const unsigned char ${SYMBOL}[] = {${bytes}0};
const unsigned long ${SYMBOL}_size = sizeof(${SYMBOL}) - 1;
}
")
